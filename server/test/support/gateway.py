"""A client of the national gateway's convention: its signature and, by OpenSSL's program, its cipher."""
import base64, hashlib, hmac, json, subprocess, sys

order = json.load(sys.stdin)
if order["do"] == "sign":
    text = order["sid"] + order["rid"] + str(order["rtime"])
    sign = base64.b64encode(hmac.new(order["secret"].encode(), text.encode(), "sha256").digest()).decode()
    json.dump({"gjgxjhpt_rid": order["rid"], "gjgxjhpt_sid": order["sid"], "gjgxjhpt_rtime": str(order["rtime"]), "gjgxjhpt_sign": sign}, sys.stdout)
else:
    key = hashlib.sha1(hashlib.sha1(order["appKey"].encode()).digest()).digest()[:16].hex()
    mode = ["-aes-128-ecb"] if order["cipher"] == "ecb" else ["-aes-128-cbc", "-iv", b"AESCBCPKCS5Paddi".hex()]
    opened = subprocess.run(["openssl", "enc", "-d", *mode, "-K", key], input=base64.b64decode(order["secret"]), capture_output=True, check=True)
    json.dump({"secret": opened.stdout.decode()}, sys.stdout)
