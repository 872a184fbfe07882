/**
 * The outside services that tests may need. Each is looked up by an environment
 * variable; without it the tests that need the service are left out, and the
 * test runner says so at its end (scripts/testing/left-out.ts).
 */
interface Service {
  readonly name: string;
  /** The environment variable that says where the service is. */
  readonly variable: string;
  readonly example: string;
}

const services = {
  postgres: {
    name: 'PostgreSQL',
    variable: 'LINGQU_TEST_POSTGRES_URL',
    example: 'postgres://postgres@127.0.0.1:5432/postgres',
  },
  postgis: {
    name: 'PostGIS on that PostgreSQL',
    variable: 'LINGQU_TEST_POSTGIS',
    example: '1',
  },
  mariadb: {
    name: 'MariaDB',
    variable: 'LINGQU_TEST_MARIADB_URL',
    example: 'mysql://root@127.0.0.1:3306',
  },
  zeep: {
    name: 'zeep, a SOAP client',
    variable: 'LINGQU_TEST_ZEEP',
    example: '/usr/bin/python3',
  },
  openssl: {
    name: 'OpenSSL, with bash, gunzip and python3',
    variable: 'LINGQU_TEST_OPENSSL',
    example: '/usr/bin/openssl',
  },
} as const satisfies Record<string, Service>;

export type ServiceName = keyof typeof services;

/** How the reason of every test left out begins: the runner finds them by it. */
export const LEFT_OUT = 'left out, needs ';

/** An administrator's connection URL, under which tests create databases of their own. */
export const postgresUrl: string | undefined = addressOf('postgres');

/** The Python that has zeep. */
export const zeepPython: string | undefined = addressOf('zeep');

/** OpenSSL's command. */
export const opensslPath: string | undefined = addressOf('openssl');

/** An administrator's URL of a MariaDB server; a database that it names is left alone. */
export const mariadbUrl: string | undefined = addressOf('mariadb');

/** The services that no variable leads to. */
export function missingServices(): Service[] {
  return (Object.keys(services) as ServiceName[])
    .filter((name) => addressOf(name) === undefined)
    .map((name) => services[name]);
}

/** Whoever sets this wants every test to run: a missing service is a failure. */
export function servicesAreRequired(): boolean {
  return process.env['LINGQU_TEST_REQUIRE'] === '1';
}

/**
 * The option that leaves a test out while a service that it needs is missing:
 * `test('…', needs('postgres'), async () => …)`; for further options
 * `{ ...needs('postgres'), timeout: 5_000 }`.
 */
export function needs(...names: readonly ServiceName[]): { skip?: string } {
  const missing = names.filter((name) => addressOf(name) === undefined).map((name) => services[name]);
  if (missing.length === 0) return {};
  const reason = LEFT_OUT + missing.map(({ name, variable }) => `${name} (${variable})`).join(' and ');
  if (servicesAreRequired()) throw new Error(`LINGQU_TEST_REQUIRE=1, but a test is ${reason}`);
  return { skip: reason };
}

function addressOf(name: ServiceName): string | undefined {
  // An empty variable is what a shell makes of one that was never set.
  return process.env[services[name].variable] || undefined;
}
