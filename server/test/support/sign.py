"""A second client, which knows of Lingqu only what docs/guides/consumer.md says: reads a call as JSON, gives its headers."""
import base64, hashlib, hmac, json, secrets, sys, time
from urllib.parse import parse_qsl, quote

call = json.load(sys.stdin)
algorithm = call.get("algorithm", "HMAC-SHA256")
hash_name = {"HMAC-SHA256": "sha256", "HMAC-SM3": "sm3"}[algorithm]
digest = lambda data: hashlib.new(hash_name, data).hexdigest()
stamp = str(call.get("time", int(time.time() * 1000)))
nonce = call.get("nonce", secrets.token_hex(16))
pairs = sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parse_qsl(call["query"], keep_blank_values=True))
body = base64.b64decode(call.get("body", ""))
text = "\n".join([f"LINGQU1-{algorithm}", call["method"], call["path"], call["keyId"], stamp, nonce, digest("&".join(pairs).encode()), digest(body)])
signature = base64.b64encode(hmac.new(call["secret"].encode(), text.encode(), hash_name).digest()).decode()
headers = {"x-lq-key-id": call["keyId"], "x-lq-time": stamp, "x-lq-nonce": nonce, "x-lq-signature": signature}
if "algorithm" in call:
    headers["x-lq-alg"] = algorithm
json.dump({"headers": headers, "text": text}, sys.stdout)
