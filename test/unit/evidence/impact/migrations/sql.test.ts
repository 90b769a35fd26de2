import { describe, expect, test } from 'vitest';
import { judgeSql } from '../../../../../src/evidence/impact/migrations/sql.ts';

const effects = (sql: string) =>
  judgeSql(sql)
    .map((o) => `${o.effect}@${o.line}`)
    .join(' ');

describe('statements', () => {
  test.each([
    ['DROP TABLE users;', 'destroys@1'],
    ['drop table if exists public.users cascade', 'destroys@1'],
    ['ALTER TABLE users DROP COLUMN email;', 'destroys@1'],
    ['ALTER TABLE users DROP email, DROP COLUMN IF EXISTS name;', 'destroys@1 destroys@1'],
    ['ALTER TABLE "User" DROP COLUMN "a",\nADD COLUMN "b" TEXT NOT NULL;', 'destroys@1 breaks@1'],
    ['TRUNCATE users; DELETE FROM users WHERE 1=1;', 'destroys@1 destroys@1'],
    ['ALTER TABLE users RENAME COLUMN a TO b;', 'breaks@1'],
    ['ALTER TABLE users RENAME TO people;', 'breaks@1'],
    ['ALTER TABLE users ALTER COLUMN a TYPE bigint USING a::bigint;', 'breaks@1'],
    ['ALTER TABLE users ALTER COLUMN a SET DATA TYPE bigint;', 'breaks@1'],
    ['ALTER TABLE users ALTER COLUMN a SET NOT NULL;', 'breaks@1 locks@1'],
    ['ALTER TABLE users ADD COLUMN a int NOT NULL;', 'breaks@1'],
    ['ALTER TABLE `users` MODIFY COLUMN `a` BIGINT NOT NULL;', 'breaks@1'],
    ['ALTER TABLE users ALTER COLUMN a INT NOT NULL', 'breaks@1'],
    ['CREATE INDEX i ON users (a);', 'locks@1'],
    ['CREATE UNIQUE INDEX ON users USING btree (a);', 'locks@1'],
    ['DROP INDEX i;', 'locks@1'],
    ['ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b (id);', 'locks@1'],
    ['ALTER TABLE users ADD CONSTRAINT c CHECK (a > 0);', 'locks@1'],
    ['ALTER TABLE users ADD CONSTRAINT u UNIQUE (a);', 'locks@1'],
    ['ALTER TABLE users ADD COLUMN b_id int REFERENCES b (id);', 'locks@1'],
    ['UPDATE users SET a = 1;', 'locks@1'],
    ["EXEC sp_rename 'users.a', 'b', 'COLUMN'", 'breaks@1'],
    // harmless
    ['ALTER TABLE users ADD COLUMN a int;', ''],
    ['ALTER TABLE users ADD COLUMN a int NOT NULL DEFAULT 0, ADD b serial NOT NULL;', ''],
    ['ALTER TABLE users ADD COLUMN a int GENERATED ALWAYS AS (b + 1) STORED NOT NULL;', ''],
    [
      'ALTER TABLE users DROP CONSTRAINT c, ALTER COLUMN a DROP NOT NULL, ALTER a SET DEFAULT 1, ALTER a DROP DEFAULT;',
      '',
    ],
    ['ALTER TABLE users RENAME CONSTRAINT a TO b;', ''],
    ['CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (a); DROP INDEX CONCURRENTLY i;', ''],
    ['CREATE INDEX `i` ON `users` (`a`);', ''],
    ['ALTER TABLE users ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c;', ''],
    ['ALTER TABLE users ADD CONSTRAINT p PRIMARY KEY USING INDEX i;', ''],
    [
      'CREATE TABLE t (id int NOT NULL); CREATE INDEX i ON t (id); ALTER TABLE t ADD COLUMN a int NOT NULL; DROP TABLE t;',
      '',
    ],
    ["-- DROP TABLE users;\n/* TRUNCATE users; */ SELECT 'DROP TABLE users;';", ''],
    ["INSERT INTO log VALUES ('a; DELETE FROM users');", ''],
    ["COMMENT ON TABLE users IS 'we DROP COLUMN later';", ''],
    ['CREATE FUNCTION f() RETURNS void AS $$ BEGIN DELETE FROM users; END $$ LANGUAGE plpgsql;', ''],
    ["CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood ADD VALUE 'b'; GRANT SELECT ON users TO x;", ''],
    ['', ''],
    [';;;', ''],
  ])('%s', (sql, expected) => expect(effects(sql)).toBe(expected));

  test('lines are those of the statements, comments do not move them', () => {
    expect(effects('-- one\n\nDROP TABLE a;\n/* x\n */\n  DROP TABLE b;')).toBe('destroys@3 destroys@6');
  });

  test("SQLite's way to change a table is a rewrite, not a loss", () => {
    const script = `CREATE TABLE "new_User" ("id" INTEGER NOT NULL);
INSERT INTO "new_User" ("id") SELECT "id" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";`;
    expect(effects(script)).toBe('locks@3');
  });

  test('a long script takes linear time', () => {
    const script = "INSERT INTO t VALUES (1, 'it''s');\n".repeat(30_000);
    expect(judgeSql(script)).toEqual([]);
  });
});
