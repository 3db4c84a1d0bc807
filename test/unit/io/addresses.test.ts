import { describe, expect, it } from 'vitest';
import { isLoopback, isPrivate } from '../../../repo2vc/src/io/addresses.ts';

const host = (url: string) => new URL(url).hostname;

describe('addresses', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.77.3.4/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://[::1]/',
    'http://localhost/',
    'http://x.localhost/',
  ])('%s is this computer', (url) => {
    expect(isLoopback(host(url))).toBe(true);
    expect(isPrivate(host(url))).toBe(true);
  });

  it.each([
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.168.1.1/',
    'http://169.254.169.254/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a00:1]/',
    'http://[64:ff9b::a00:1]/',
  ])('%s is in a private network', (url) => {
    expect(isPrivate(host(url))).toBe(true);
  });

  it.each([
    'https://zenodo.org/',
    'http://188.184.1.1/',
    'http://172.32.0.1/',
    'http://[2001:1458::1]/',
    'https://127.example.org/',
    'https://localhost.example.org/',
  ])('%s is neither', (url) => {
    expect(isLoopback(host(url))).toBe(false);
    expect(isPrivate(host(url))).toBe(false);
  });
});
