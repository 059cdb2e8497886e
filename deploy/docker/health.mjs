// Whether the process of this container is alive; a command that ends by itself is.
const PORTS = { router: 8080, reporter: 9650, autoscaler: 9660, enroller: 9670 };
const { SPILLWAY_APP, HTTP_PORT = PORTS[SPILLWAY_APP], HTTP_HOST = '127.0.0.1' } = process.env;

if (HTTP_PORT) {
  const host = HTTP_HOST === '0.0.0.0' || HTTP_HOST === '::' ? '127.0.0.1' : HTTP_HOST;
  const { ok } = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${HTTP_PORT}/healthz`);
  process.exitCode = ok ? 0 : 1;
}
