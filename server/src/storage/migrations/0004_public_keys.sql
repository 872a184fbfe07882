-- The public key to which a subject's answers may wrap their keys (AGR annex B, decisions 9 and 36), in PEM.
ALTER TABLE subjects ADD COLUMN public_key text;
