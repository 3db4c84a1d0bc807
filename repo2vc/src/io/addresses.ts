import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Address ranges that are nobody's on the internet: IANA's special-purpose registries, multicast among them. */
const privateRanges = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv6');
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '');

/** Whether a URL's host names this computer by itself: a loopback address or `localhost`. */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  return /^127(\.\d+){3}$/.test(name) || name === '::1' || /^(.+\.)?localhost\.?$/.test(name);
}

/** Whether a URL's host is an address (or `localhost`) that only this computer or its network can mean. */
export function isPrivate(host: string): boolean {
  const name = bare(host);
  if (isIP(name) === 0) return isLoopback(name);
  return privateRanges.check(name, isIP(name) === 6 ? 'ipv6' : 'ipv4');
}

/** The `code` of the error that `publicLookup` gives for a name that leads to a private address. */
export const privateAddressCode = 'EPRIVATE';

/** A DNS look-up for connections to places that a stranger chose: a name with a private address is an error. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    if (addresses.some((entry) => isPrivate(entry.address))) {
      return callback(Object.assign(new Error('private address'), { code: privateAddressCode }), '');
    }
    const [first] = addresses;
    if (options.all || !first) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};
