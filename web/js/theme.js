// A classic script in the head, before the first paint: a theme that was chosen must not flash.
try {
  const theme = localStorage.getItem("telltale.theme")
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme
} catch {
  // No storage, no choice: the system decides.
}
