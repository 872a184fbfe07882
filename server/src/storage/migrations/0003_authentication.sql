-- Ways of authentication beside the appkey (GOV-auth). A credential's kind is the method by which a call uses it.

-- Whoever calls without any credential: a subject like others, which needs a grant of its own (decision 28).
ALTER TABLE subjects DROP CONSTRAINT subjects_kind_check;
ALTER TABLE subjects ADD CONSTRAINT subjects_kind_check CHECK (kind IN ('application', 'connector', 'platform', 'public'));

-- What signs is needed in clear: `secret_sealed` opens under the node key and nowhere else. `key_id` is public.
ALTER TABLE credentials DROP CONSTRAINT credentials_kind_check;
ALTER TABLE credentials ALTER COLUMN key_hash DROP NOT NULL;
ALTER TABLE credentials ADD COLUMN key_id text UNIQUE;
ALTER TABLE credentials ADD COLUMN secret_sealed text;
ALTER TABLE credentials ADD COLUMN cipher text CHECK (cipher IN ('ecb', 'cbc'));
ALTER TABLE credentials ADD CONSTRAINT credentials_kind_check CHECK (
  kind IN ('appkey', 'signature', 'gateway', 'none')
  AND (kind = 'appkey') = (key_hash IS NOT NULL)
  AND (kind IN ('signature', 'gateway')) = (key_id IS NOT NULL)
  AND (kind IN ('signature', 'gateway')) = (secret_sealed IS NOT NULL)
  AND (kind = 'gateway') = (cipher IS NOT NULL)
);
CREATE UNIQUE INDEX credentials_none ON credentials (kind) WHERE kind = 'none';

INSERT INTO subjects (id, name, kind) VALUES ('00000000-0000-4000-8000-7075626c6963', '公众（不带凭证的调用）', 'public');
INSERT INTO credentials (id, subject_id, kind, hint, not_before)
VALUES ('00000000-0000-4000-8000-00006e6f6e65', '00000000-0000-4000-8000-7075626c6963', 'none', '', '2000-01-01T00:00:00Z');

-- Signatures that were used: none is good twice, on whatever replica. Forgotten once they are too old to be accepted.
CREATE TABLE spent_proofs (
  credential_id uuid NOT NULL,
  nonce text NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (credential_id, nonce)
);
CREATE INDEX spent_proofs_until ON spent_proofs (until);

-- Until now every product took an appkey and nothing else.
UPDATE product_versions SET definition = regexp_replace(definition::text, '\}\s*$', ',"authentication":["appkey"]}')::json;
