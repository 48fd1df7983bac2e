// A classic script in the head: it runs before the first paint, so that a chosen theme does not flash.
try {
  const theme = localStorage.getItem("telltale.theme")
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme
} catch {
  // Without storage there is no choice: the system decides.
}
