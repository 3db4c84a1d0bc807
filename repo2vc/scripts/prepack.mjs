// What npm calls before it packs the engine: builds it, and puts the licence, which lives at the top of the repository,
// into the package. Git ignores the copy.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import './setup.mjs';

const engine = join(import.meta.dirname, '..');
copyFileSync(join(engine, '..', 'LICENSE'), join(engine, 'LICENSE'));
