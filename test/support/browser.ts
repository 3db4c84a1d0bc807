import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFailed, onTestFinished } from 'vitest';
import { chromiumPath } from './needs.ts';

/** A page of a browser that has never been anywhere; it closes with the test. */
export async function openPage(): Promise<Page> {
  const browser = await chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update', '--no-proxy-server'],
    ],
  });
  onTestFinished(() => browser.close());
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  // A busy computer is slow, not wrong.
  page.setDefaultTimeout(120_000);
  onTestFailed(({ task }) => keepPicture(page, `failed-${task.id}`));
  return page;
}

/** Keeps a picture of the page for a person to look at, where `REPO2VC_TEST_PICTURES` names a folder for them. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.REPO2VC_TEST_PICTURES;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}
