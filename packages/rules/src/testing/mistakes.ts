/** A rule file with twelve mistakes, of which one run names each. */
export const TWELVE_MISTAKES = `ruleset twelve version 1 owner "lead@harbour.example"
use schema chat version 1
list words text from "x"
signal threat: scor from learner(item.text) within 40ms
rule a v1 {
  harm spam policy "P" severity lo phase gate
  on message
  when item.link_count >
  then queue "reports" within
  because "x"
}
rule b v1 {
  harm span policy "P" severity low phase gate
  on mesage, post
  when item.link_count > 3
  then limt "links" for 1h
  because "{item.text}"
}
rule c v1 {
  harm spam policy "P" severity low phase gate
  on message
  when item.link_count > 3 and actor.kind == "robot"
  then limit "links" for 1h
  on unknown block
  because "x"
  tell user "x"
}
test "t" { send message {} expekt c fired }
`
