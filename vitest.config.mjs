import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests run as compiled JavaScript: workers and children load the very same files, and c8 maps
// coverage back through real source maps.
const dist = process.env.GAUNTLET_DIST ?? 'dist';

export default defineConfig({
  test: {
    include: [`${dist}/**/*.test.js`],
    exclude: ['node_modules/**'],
    pool: 'threads',
    maxWorkers: availableParallelism(),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    experimental: { viteModuleRunner: false },
  },
});
