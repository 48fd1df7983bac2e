// @ts-check
/**
 * The hooks between the server's markup and the modules: slots, lists, templates, actions. Data becomes text or an
 * attribute, never markup. A node is changed only if its value differs, so that an update costs only what it shows.
 */

/** @param {ParentNode} root @param {string} name @returns {HTMLElement | null} */
export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`)
}

/** @param {ParentNode} root @param {string} name @returns {HTMLElement | null} */
export function list(root, name) {
  return root.querySelector(`[data-list="${name}"]`)
}

/** @param {ParentNode} root @param {string} name @returns {HTMLElement | null} */
export function action(root, name) {
  return root.querySelector(`[data-action="${name}"]`)
}

/** A copy of the content of a template. @param {ParentNode} root @param {string} name @returns {Element | null} */
export function cloneTemplate(root, name) {
  const template = root.querySelector(`template[data-template="${name}"]`)
  const content = template instanceof HTMLTemplateElement ? template.content.firstElementChild : null
  return content && document.importNode(content, true)
}

/** @param {Element | null} node @param {string} text */
export function setText(node, text) {
  if (node !== null && node.textContent !== text) node.textContent = text
}

/** @param {ParentNode} root @param {string} name @param {string} text */
export function fill(root, name, text) {
  setText(slot(root, name), text)
}

/**
 * Shows a slot with a text, or hides it if the text is null.
 * @param {ParentNode} root
 * @param {string} name
 * @param {string | null} text
 */
export function fillOrHide(root, name, text) {
  const node = slot(root, name)
  setText(node, text ?? "")
  setHidden(node, text === null)
}

/** @param {Element | null} node @param {string} name @param {string | null} value Null removes the attribute. */
export function setAttribute(node, name, value) {
  if (node === null || node.getAttribute(name) === value) return
  if (value === null) node.removeAttribute(name)
  else node.setAttribute(name, value)
}

/** @param {Element | null} node @param {boolean} isHidden */
export function setHidden(node, isHidden) {
  setAttribute(node, "hidden", isHidden ? "" : null)
}

/** @param {HTMLElement | SVGElement | null} node @param {number} value 0...1, for a bar. */
export function setValue(node, value) {
  const text = String(Math.round(value * 10_000) / 10_000)
  if (node !== null && node.style.getPropertyValue("--value") !== text) node.style.setProperty("--value", text)
}

/**
 * Makes the nodes the children of a parent, in this order: moves only the nodes that stand elsewhere and removes all
 * others. A node that stays keeps its focus, its scroll position and its selection.
 * @param {Element} parent @param {Element[]} nodes
 */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes)
  for (const child of Array.from(parent.children)) if (!wanted.has(child)) child.remove()
  let next = parent.firstElementChild
  for (const node of nodes) {
    if (node === next) next = next.nextElementSibling
    else parent.insertBefore(node, next)
  }
}
