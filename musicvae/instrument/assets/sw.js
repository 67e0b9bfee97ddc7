// Keeps all files for later visits, which then need no network. VERSION and FILES stand above: they
// are written with the files, so that another version is another script, which browsers notice.

const OURS = `musicvae ${registration.scope} `;
const CACHE = OURS + VERSION;

addEventListener("install", (event) => {
  const requests = FILES.map((path) => new Request(path, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => {
      const old = names.filter((name) => name.startsWith(OURS) && name !== CACHE);
      return Promise.all([...old.map((name) => caches.delete(name)), clients.claim()]);
    }),
  );
});

addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const open = caches.open(CACHE).then((cache) => cache.match(event.request, { ignoreSearch: true }));
  event.respondWith(open.then((kept) => kept ?? fetch(event.request)));
});
