/** The page in a real browser: Debian's Chromium. Skipped, visibly, where it is not installed. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caseFromFile } from '../harness/finding.ts';
import { emptyCounts } from '../harness/tally.ts';
import { packageRoot } from '../package-root.ts';
import { exampleBench } from './fixtures/bench.ts';
import { exampleCosts, exampleFinding, exampleResults, hostile } from './fixtures/results.ts';
import { renderHtml } from './html.ts';

const executable = process.env.GAUNTLET_CHROMIUM ?? '/usr/bin/chromium';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const counts = { ...emptyCounts(), proven: 1, failed: 2 };

function examplePage(): string {
  const file = join(packageRoot(), 'corpus', 'cases', 'cose.sig.flip.json');
  const stored = caseFromFile(JSON.parse(readFileSync(file, 'utf8')), file);
  const findings = [
    exampleFinding(),
    exampleFinding({ id: 'bbbb', fingerprint: '1', attack: 'cose.sig.flip', verifier: 'other' }),
  ];
  const results = exampleResults({
    findings,
    verifiers: { mine: counts, other: counts },
    notes: ['a note'],
    costs: exampleCosts,
  });
  const valid = { ...stored, attack: 'valid', attacked: stored.control };
  const cases = new Map([
    ['bbbb', stored],
    ['cccc11112222', stored],
    ['dddd11112222', valid],
  ]);
  return renderHtml({ results, cases, bench: exampleBench() });
}

function hostilePage(): string {
  const base = exampleResults();
  const told = { verifier: hostile, note: hostile, choice: { text: hostile }, replay: hostile };
  const outcome = {
    kind: 'rejected',
    reason: 'unstated',
    detail: hostile,
    effects: [`fetch ${hostile}`],
  } as const;
  return renderHtml({
    results: exampleResults({
      verifiers: { [hostile]: counts },
      outcomes: { [hostile]: base.outcomes.mine ?? {} } as typeof base.outcomes,
      families: { [hostile]: base.families.mine ?? {} },
      attacks: { [hostile]: { [hostile]: counts } },
      findings: [exampleFinding({ ...told, outcome })],
      notes: [hostile],
      subject: hostile,
      costs: { [hostile]: exampleCosts.mine as NonNullable<typeof exampleCosts.mine> },
    }),
    bench: JSON.parse(
      JSON.stringify(exampleBench()).replaceAll('"mine"', JSON.stringify(hostile)),
    ) as ReturnType<typeof exampleBench>,
    baseline: { known: new Map([['ffff000011112222', hostile]]), problems: [hostile] },
  });
}

describe.skipIf(!existsSync(executable))('the HTML report in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-browser-'));
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  async function open(
    markup: string,
    hash = '',
    more: { dark?: boolean; width?: number } = {},
  ): Promise<Page> {
    const file = join(folder, 'report.html');
    writeFileSync(file, markup);
    const page = await browser.newPage({
      viewport: { width: more.width ?? 1300, height: 900 },
      colorScheme: more.dark ? 'dark' : 'light',
    });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!/^(?:file|data|blob):/.test(request.url())) complaints.push(`request ${request.url()}`);
    });
    await page.goto(`${pathToFileURL(file).href}${hash}`);
    return page;
  }

  const shown = (page: Page): Promise<number> => page.locator('.finding:not([hidden])').count();

  it('opens from a file, with a family that opens into its attacks', async () => {
    const page = await open(examplePage());
    expect(await page.locator('#family-rollback').isVisible()).toBe(false);
    await page.click('[data-open-all]');
    expect(await page.locator('#family-rollback').isVisible()).toBe(true);
    const links = await page
      .locator('nav a')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''));
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect(await page.locator(link).count()).toBe(1);
    await page.close();
  });

  it('filters and searches', async () => {
    const page = await open(examplePage());
    expect(await shown(page)).toBe(2);
    await page.selectOption('#filter-verifier', 'other');
    expect(await shown(page)).toBe(1);
    await page.selectOption('#filter-verifier', '');
    await page.fill('#search', 'no such words');
    await expect.poll(() => shown(page)).toBe(0);
    await page.fill('#search', 'sig.flip');
    await expect.poll(() => shown(page)).toBe(1);
    await page.close();
  });

  it('opens the finding that a link names, with its bytes', async () => {
    const page = await open(examplePage(), '#finding/bbbb');
    const finding = page.locator('[id="finding/bbbb"]');
    expect(await finding.getAttribute('open')).not.toBeNull();
    expect(await page.locator('[id="finding/aaaa11112222"]').getAttribute('open')).toBeNull();
    expect(await finding.textContent()).toContain('/ suit-manifest /');
    await page.close();
  });

  it('opens the costliest delivery that a link names, and by keyboard the next one', async () => {
    const page = await open(examplePage(), '#costly/0/steps/0');
    const [first, second] = [0, 1].map((rank) => page.locator(`[id="costly/0/steps/${rank}"]`));
    expect(await first?.textContent()).toContain('/ suit-manifest /');
    expect(await second?.getAttribute('open')).toBeNull();
    await second?.locator('summary').focus();
    await page.keyboard.press('Enter');
    // A valid delivery has nothing beside it.
    expect(await second?.locator('.alone td:visible').count()).toBeGreaterThan(10);
    expect(await second?.locator('.alone td:first-child:visible').count()).toBe(0);
    expect(await second?.locator('.added, .removed').count()).toBe(0);
    await page.close();
  });

  it('prints findings and notes whole, but for those filtered out, and shuts them again', async () => {
    const page = await open(examplePage());
    await page.selectOption('#filter-verifier', 'other');
    const finding = page.locator('[id="finding/bbbb"]');
    const isOpen = async (at: string) => (await page.locator(at).getAttribute('open')) !== null;
    const states = () =>
      Promise.all(['[id="finding/bbbb"]', '[id="finding/aaaa11112222"]', 'header .notes'].map(isOpen));
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await states()).toEqual([true, false, true]);
    expect(await finding.textContent()).toContain('/ suit-manifest /');
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await states()).toEqual([false, false, false]);
    await page.close();
  });

  it.each([
    { name: 'light', dark: false, width: 1300, hash: '#finding/bbbb' },
    { name: 'dark', dark: true, width: 1300, hash: '#finding/bbbb' },
    { name: 'on a phone', dark: false, width: 390, hash: '#finding/bbbb' },
    { name: 'a costly delivery, dark', dark: true, width: 1300, hash: '#costly/0/steps/1' },
    { name: 'a costly delivery, on a phone', dark: false, width: 390, hash: '#costly/0/steps/0' },
  ])('has nothing that axe objects to: $name', async ({ dark, width, hash }) => {
    const page = await open(examplePage(), hash, { dark, width });
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
      const { axe: engine } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await engine.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
    expect(violations).toEqual([]);
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await page.close();
  });

  it('takes nothing that a verifier says for markup', async () => {
    const page = await open(hostilePage(), '#finding/aaaa11112222');
    await page.click('[data-open-all]');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
    expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
    expect(await page.locator('.finding').first().textContent()).toContain('<script>alert(1)');
    await page.close();
  });

  it('said nothing to the console, opened no dialog and asked the network for nothing', () => {
    expect(complaints).toEqual([]);
  });
});
