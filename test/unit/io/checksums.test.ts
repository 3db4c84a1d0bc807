import { describe, expect, it } from 'vitest';
import { Checksums, statedChecksum } from '../../../repo2vc/src/io/checksums.ts';

describe('a checksum as an archive writes it', () => {
  it('is read in any of its forms', () => {
    const md5 = '900150983cd24fb0d6963f7d28e17f72';
    expect(statedChecksum(`md5:${md5}`)).toEqual({ algorithm: 'md5', value: md5 });
    expect(statedChecksum(`MD5:${md5.toUpperCase()}`)).toEqual({ algorithm: 'md5', value: md5 });
    expect(statedChecksum(`sha-256:${'a'.repeat(64)}`)?.algorithm).toBe('sha256');
    for (const none of [undefined, '', md5, 'md5:abc', `crc32:${md5}`, `md5:${md5}00`]) {
      expect(statedChecksum(none)).toBeUndefined();
    }
  });

  it('is held against the bytes', () => {
    const right = new Checksums(statedChecksum('md5:900150983cd24fb0d6963f7d28e17f72'));
    right.update(Buffer.from('a'));
    right.update(Buffer.from('bc'));
    expect(right.digest()).toMatchObject({
      right: true,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
    const wrong = new Checksums({ algorithm: 'sha256', value: '0'.repeat(64) });
    expect(wrong.digest().right).toBe(false);
    expect(new Checksums().digest().right).toBe(true);
  });
});
