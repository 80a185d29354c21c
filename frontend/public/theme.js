// Runs before the first paint, so that a dark page never flashes white. The app's own code takes over from here.
;(function () {
  var chosen = null
  try {
    chosen = localStorage.getItem('theme')
  } catch (error) {
    console.debug('No local storage: the system decides the theme', error)
  }
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
