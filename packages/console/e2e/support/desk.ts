import type { Page } from 'playwright-core'

declare global {
  interface Window {
    /** What the page's own ears and eyes noted. */
    noted: { spoken: string[]; mouse: number; nextMs: number[] }
  }
}

/** From now on every page notes what the live region says, whether a mouse was used, and how long the next case takes to come after Enter. */
export async function note(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.noted = { spoken: [], mouse: 0, nextMs: [] }
    for (const kind of ['mousedown', 'pointerdown', 'mousemove']) {
      addEventListener(kind, () => window.noted.mouse++, true)
    }
    const title = () => document.querySelector('main h1')?.textContent ?? ''
    let since: { at: number; from: string } | null = null
    addEventListener(
      'keydown',
      ({ key }) => {
        if (key === 'Enter' && /^C-\d+$/.test(title())) since = { at: performance.now(), from: title() }
      },
      true,
    )
    new MutationObserver((changes) => {
      for (const { addedNodes, target } of changes) {
        if (!(target instanceof Element) || target.getAttribute('aria-live') === null) continue
        for (const node of addedNodes) if (node.textContent) window.noted.spoken.push(node.textContent)
      }
      if (since !== null && title() !== since.from && title() !== '') {
        window.noted.nextMs.push(performance.now() - since.at)
        since = null
      }
    }).observe(document, { childList: true, subtree: true, characterData: true })
  })
}

export const noted = (page: Page) => page.evaluate(() => window.noted)
export const title = (page: Page) => page.getByRole('main').getByRole('heading', { level: 1 })
export const decideButton = (page: Page) => page.getByRole('button', { name: /^Decide/ })

/** Waits until the case on screen is one's own and can be decided; gives its number. */
export async function readyToDecide(page: Page): Promise<number> {
  await page.getByRole('button', { name: /^Decide/, disabled: false }).waitFor()
  return Number((await title(page).innerText()).slice(2))
}

/** Opens a case by its address and claims it by key. */
export async function takeCase(page: Page, url: string, number: number): Promise<void> {
  await page.goto(`${url}/review/C-${number}`)
  await page.getByRole('button', { name: `Claim C-${number}` }).waitFor()
  await page.keyboard.press('Enter')
  await readyToDecide(page)
}

/** Decides what is on the card by key. A gap in the statement is filled first, as the person at the desk would. */
export async function decideByKey(page: Page): Promise<void> {
  const before = await title(page).innerText()
  const statement = page.getByRole('textbox', { name: 'Statement of reasons' })
  const gaps = (await statement.count()) > 0 && /\{\{/.test(await statement.inputValue())
  await page.keyboard.press('Enter')
  if (gaps) {
    await page.getByText('Fill the gap in the text first.').waitFor()
    await page.keyboard.type('as the message itself says')
    await page.keyboard.press('Control+Enter')
  }
  await page.waitForFunction((old) => document.querySelector('main h1')?.textContent !== old, before)
}

/** Chooses the lane on Review home by key and starts it. */
export async function startLane(page: Page, lane: string): Promise<void> {
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await page.getByRole('table').waitFor()
  const button = page.getByRole('button', { name: new RegExp(`^Start ?${lane}`) })
  await button.waitFor()
  for (let steps = 0; steps < 20; steps += 1) {
    if (await button.evaluate((one) => one === document.activeElement)) break
    await page.keyboard.press('j')
  }
  await page.keyboard.press('Enter')
  await readyToDecide(page)
}

/** Presses Tab until the focus is there. */
export async function tabTo(page: Page, role: 'button' | 'link' | 'radio' | 'textbox', name: string | RegExp) {
  const wanted = page.getByRole(role, { name }).first()
  for (let steps = 0; steps < 120; steps += 1) {
    // A shadow root has a focus of its own; the document only knows its host.
    const there = await wanted.evaluate((one) => {
      const root = one.getRootNode()
      return (root instanceof Document || root instanceof ShadowRoot) && root.activeElement === one
    })
    if (there) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never came to ${role} ${name}`)
}

/** Waits until nothing on the page is on its way any more. */
export async function settled(page: Page): Promise<void> {
  await title(page).waitFor()
  await page.waitForFunction(
    () => document.querySelector('main [aria-busy], main [role="status"][aria-label]') === null,
  )
}

/** What is to be read on the page, without what changes from second to second. */
export const viewOf = async (page: Page): Promise<string> =>
  (await page.getByRole('main').innerText())
    .replaceAll(/\d+ (s|min|h|d)\b( \d+ (min|h))?/g, '…')
    .replaceAll(/\d+ · oldest/g, '… · oldest')
