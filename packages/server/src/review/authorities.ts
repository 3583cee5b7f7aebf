/**
 * The authorities that a rule may name in `refer`, with what staff call them. Lamplighter sends them nothing yet: a case says that the rules
 * ask for a referral, and a person reports.
 */
export const authorities: ReadonlyMap<string, string> = new Map([
  ['us.ncmec', 'NCMEC, the National Center for Missing & Exploited Children (United States)'],
  ['uk.nca', 'the National Crime Agency (United Kingdom)'],
  ['eu.dsa18', 'the authority that Article 18 of the Digital Services Act names'],
  ['eu.europol', 'Europol'],
  ['ca.c3p', 'the Canadian Centre for Child Protection'],
  ['ca.police', 'the police (Canada)'],
  ['au.accce', 'the Australian Centre to Counter Child Exploitation'],
])
