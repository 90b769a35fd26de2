import { isIP } from 'node:net';
import { connect } from 'node:tls';

/**
 * When the certificate of an https URL runs out, milliseconds since the epoch; `undefined` for http and where no verified
 * connection comes about. A handshake of its own, because `fetch` does not show the certificate.
 * @param timeout milliseconds for the handshake
 * @param authority PEM of the only authority that is trusted; those of Node when left out
 */
export function certificateEnd(url: string, timeout: number, authority?: string): Promise<number | undefined> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'https:') return Promise.resolve(undefined);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: port === '' ? 443 : Number(port),
      // RFC 6066 allows no address as server name.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(authority === undefined ? {} : { ca: authority }),
    });
    const end = (until: number | undefined): void => {
      socket.destroy();
      resolve(until);
    };
    socket.setTimeout(timeout, () => end(undefined));
    socket.once('error', () => end(undefined));
    socket.once('secureConnect', () => {
      const until = Date.parse(socket.getPeerCertificate().valid_to);
      end(Number.isNaN(until) ? undefined : until);
    });
  });
}
