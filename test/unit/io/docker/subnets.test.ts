import { expect, it } from 'vitest';
import { chooseSubnet, subnetsInRoutes } from '../../../../repo2vc/src/io/docker/subnets.ts';
import { failureOf } from '../../../support/failures.ts';

it.each([
  [1, '10.213.0.0/27'],
  [29, '10.213.0.0/27'],
  [30, '10.213.0.0/26'],
  [1000, '10.213.0.0/22'],
])('%i nodes get the smallest subnet that has room for them', (hosts, subnet) => {
  expect(chooseSubnet(['10.213.0.0/16'], [], hosts, 0)).toBe(subnet);
});

it('a subnet that something uses, wholly or in part, is not taken', () => {
  const ranges = ['10.213.0.0/26', '10.214.0.0/27'];
  expect(chooseSubnet(ranges, ['10.213.0.0/28'], 1, 0)).toBe('10.213.0.32/27');
  expect(chooseSubnet(ranges, ['10.213.0.33/32'], 1, 0.9)).toBe('10.213.0.0/27');
  expect(chooseSubnet(ranges, ['10.213.0.0/16', 'fd00::/8', 'nonsense'], 1, 0.5)).toBe('10.214.0.0/27');
});

it('that there is none is told, with what to do', async () => {
  const failure = await failureOf(() => chooseSubnet(['10.213.0.0/24'], ['10.0.0.0/8'], 1, 0));
  expect([failure.code, failure.hint?.includes('containers.subnets')]).toEqual(['no-subnet', true]);
  expect((await failureOf(() => chooseSubnet(['10.213.0.0/28'], [], 1, 0))).code).toBe('no-subnet');
});

it('a table of routes names the networks of a computer; what leads to everywhere is none', () => {
  const table = [
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'br-1\t00FAD50A\t00000000\t0001\t0\t0\t0\tF0FFFFFF\t0\t0\t0',
    'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    '',
  ].join('\n');
  expect(subnetsInRoutes(table)).toEqual(['10.213.250.0/28', '192.0.2.0/24']);
});
