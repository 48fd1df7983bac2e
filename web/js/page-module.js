// @ts-check
/** The names that a page may have; nothing else ever becomes part of an import. */
const PAGE_NAME = /^[a-z][a-z-]*$/

/**
 * Loads the module of a page, `pages/NAME.js`, and calls its `attach()`. A page without a name has no module.
 * @param {string | undefined} name
 * @param {(path: string) => Promise<{attach: () => void}>} [load]
 */
export async function attachPage(name, load = path => import(path)) {
  if (name === undefined || !PAGE_NAME.test(name)) return
  try {
    const { attach } = await load(`./pages/${name}.js`)
    attach()
  } catch (error) {
    // The elements of the page still work.
    console.error(`The module of the page "${name}" failed`, error)
  }
}
