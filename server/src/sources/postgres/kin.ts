/** How PostgreSQL's kin name themselves in version(), the narrower name before the wider that stands beside it. */
const kin: readonly (readonly [RegExp, string])[] = [
  [/KingbaseES (V?[\w.]+)/, 'KingbaseES'],
  [/\bopenGauss-lite ([\w.-]+)/, 'openGauss-lite'],
  [/\bopenGauss ([\w.-]+)/, 'openGauss'],
  [/\bMogDB\s+(?:Kernel )?([\w.-]+)/, 'MogDB'],
  [/\bVastbase (\w+ V?[\w.]+)/, 'Vastbase'],
  [/\bUqbar ([\w.-]+)/, 'Uqbar'],
  [/\bGaussDB Kernel ([\w.-]+)/, 'GaussDB'],
  [/\bMatrixDB ([\w.+-]+)/, 'YMatrix'],
  [/\bGreenplum Database\)? ([\w.-]+)/, 'Greenplum'],
  [/\bPolarDB ([\w.-]+)/i, 'PolarDB'],
  [/-YB-([\w.-]+)/, 'YugabyteDB'],
  [/CockroachDB \w+ (v[\w.-]+)/, 'CockroachDB'],
  [/^PostgreSQL ([\w.]+)/, 'PostgreSQL'],
];

/** The product and its version, as version() tells them; what is not known is said in the server's own words. */
export function productOf(version: string): string {
  for (const [pattern, name] of kin) {
    const number = pattern.exec(version)?.[1];
    if (number !== undefined) return `${name} ${number}`;
  }
  return version.slice(0, 100);
}
