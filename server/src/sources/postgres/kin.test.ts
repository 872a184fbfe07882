import assert from 'node:assert/strict';
import { test } from 'node:test';
import { productOf } from './kin.ts';

/** What servers answered to SELECT version(), and who published it. */
const answers = [
  ['PostgreSQL 15.14 (Debian 15.14-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14+deb12u1) 12.2.0, 64-bit', 'PostgreSQL 15.14'], // Debian 12
  ['PostgreSQL 9.3.25 on x86_64-pc-linux-musl, compiled by gcc (Alpine 11.2.1_git20220219) 11.2.1 20220219, 64-bit', 'PostgreSQL 9.3.25'], // typeorm/typeorm#11375
  ['KingbaseES V008R006C005B0013 on x86_64-pc-linux-gnu, compiled by gcc (GCC) 4.1.2 20080704 (Red Hat 4.1.2-46), 64-bit', 'KingbaseES V008R006C005B0013'], // a server's own log at its start
  ['KingbaseES V008R006C008B0020 on x86_64-pc-linux-gnu, compiled by gcc (GCC) 4.8.5 20150623 (Red Hat 4.8.5-28), 64-bit', 'KingbaseES V008R006C008B0020'], // a comment in a public SQL client
  ['(openGauss 1.0.1 build 89d339ca) compiled at 2020-12-21 11:12:55 commit 0 last mr   on aarch64-unknown-linux-gnu, compiled by g++ (GCC) 8.2.0, 64-bit', 'openGauss 1.0.1'], // enmotech's opengauss_exporter
  ['PostgreSQL 9.2.4 (openGauss 2.0.0 build 78689da9) compiled at 2021-03-31 21:04:03 commit 0 last mr   on x86_64-unknown-linux-gnu, compiled by g++ (GCC) 7.3.0, 64-bit', 'openGauss 2.0.0'], // the same
  ['(openGauss 5.0.2 build 48a25b11) compiled at 2024-05-14 10:25:27 commit 0 last mr on x86_64-unknown-linux-gnu, compiled by g++ (GCC) 7.3.0, 64-bit', 'openGauss 5.0.2'], // junjiem/dify-plugin-tools-dbquery#26
  ['(openGauss-lite 7.0.0-RC3 build ) compiled at 2026-04-21 15:29:26 commit 0 last mr  release on aarch64-unknown-linux-gnu, compiled by g++ (GCC) 10.3.1, 64-bit', 'openGauss-lite 7.0.0-RC3'], // gpustack/gpustack#5041
  ['PostgreSQL 9.2.4 (GaussDB Kernel V500R001C20 build 9eff8f60) compiled at 2021-09-24 10:10:25 commit 0 last mr   on x86_64-unknown-linux-gnu, compiled by g++ (GCC) 7.3.0, 64-bit', 'GaussDB V500R001C20'], // enmotech's opengauss_exporter
  ['gaussdb (GaussDB Kernel 505.0.0.SPC0500 build 9eff8f60) compiled at 2021-09-24 10:10:25 commit 0 last mr   on x86_64-unknown-linux-gnu, compiled by g++ (GCC) 7.3.0, 64-bit', 'GaussDB 505.0.0.SPC0500'], // the same
  ['PostgreSQL 9.2.4 (MogDB   Kernel V500R001C20 build 9eff8f60) compiled at 2021-09-24 10:10:25 commit 0 last mr   on x86_64-unknown-linux-gnu, compiled by g++ (GCC) 7.3.0, 64-bit', 'MogDB V500R001C20'], // the same
  ['PostgreSQL 9.2.4 (MogDB 1.1.0 build fffb972f) compiled at 2021-03-08 15:01:26 commit 0 last mr   on aarch64-unknown-linux-gnu, compiled by g++ (GCC) 7.3.0, 64-bit', 'MogDB 1.1.0'], // the same
  ['PostgreSQL 9.2.4 (Vastbase G100 V2.2 (Build 5.83.5339)) compiled at 2022-02-18 06:19:51 commit 0 last mr   on x86_64-unknown-linux-gnu, compiled by g++ (GCC) 7.3.0, 64-bit', 'Vastbase G100 V2.2'], // the same
  ['(Uqbar 1.1.0 build 3eddf83c) compiled at 2022-09-27 00:49:27 commit 0 last mr   on aarch64-unknown-linux-gnu, compiled by g++ (GCC) 7.3.0, 64-bit', 'Uqbar 1.1.0'], // the same
  ['PostgreSQL 11.9 (POLARDB 11.9)', 'PolarDB 11.9'], // PolarDB-for-PostgreSQL's README
  ['PostgreSQL 15.8 (PolarDB 15.8.2.0 build unknown) on x86_64-linux-gnu', 'PolarDB 15.8.2.0'], // a comment in a public SQL client
  ['PostgreSQL 9.4.24 (Greenplum Database 6.8.1 build commit:7118e8aca825b743dd9477d19406fcc06fa53852) on x86_64-unknown-linux-gnu, compiled by gcc (Ubuntu 7.5.0-3ubuntu1~18.04) 7.5.0, 64-bit', 'Greenplum 6.8.1'], // a blog on its installation
  ['PostgreSQL 12 (MatrixDB 5.99.0-dev+enterprise) (Greenplum Database 7.0.0+dev.22114.g7dec5e6b746 build commit:7dec5e6b746d5d3f843b3afe633d9b4b2403d9bb) on x86_64-pc-linux-gnu, compiled', 'YMatrix 5.99.0-dev+enterprise'], // a blog on YMatrix
  ['PostgreSQL 11.2-YB-2.18.1.0-b0 on x86_64-pc-linux-gnu, compiled by clang version 15.0.3, 64-bit', 'YugabyteDB 2.18.1.0-b0'], // typeorm/typeorm#11375
  ['CockroachDB CCL v24.3.5 (x86_64-pc-linux-gnu, built 2025/02/03 17:28:15, go1.22.8)', 'CockroachDB v24.3.5'], // its own documentation's form
  ['Something Else 1.0', 'Something Else 1.0'],
] as const;

test('products are recognised by what they say of themselves', () => {
  for (const [version, product] of answers) assert.equal(productOf(version), product);
});
