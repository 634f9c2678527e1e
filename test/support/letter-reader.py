# Opens a sealed letter as docs/reference/letter-format.md describes it: with hashlib, and with openssl
# for AES. Arguments: FILE PASSWORD. Writes one JSON object.
import base64, hashlib, hmac, json, re, subprocess, sys, unicodedata


def normalise(typed):
    text = unicodedata.normalize("NFC", typed).strip()
    symbols = re.sub(r"[\s\-_\u00ad\u2010-\u2015\u2212\u200b\ufeff\ufe58\ufe63\uff0d]", "", text).upper()
    symbols = symbols.replace("1", "L").replace("I", "L")
    if not re.fullmatch(r"[A-HJ-NP-Z2-9]{16}", symbols):
        return text
    return "-".join(symbols[i : i + 4] for i in range(0, 16, 4))


page = open(sys.argv[1], "rb").read().decode("ascii").replace("\r\n", "\n")
assert "<!--postseal letter 1-->" in page[:256]
data = page[page.index("<!--data-->") : page.rindex("<!--end-->")]


def element(attributes):
    return [
        text.strip()
        for text in re.findall(r"<script %s>\n(.*?)\n</script>" % attributes, data, re.S)
    ]


(header_text,) = element('type="application/json" id="letter-header"')
header = json.loads(header_text)
assert (header["v"], header["kdf"]) == (1, "PBKDF2-HMAC-SHA2-512")
assert (header["enc"], header["mac"]) == ("AES-256-CTR", "HMAC-SHA2-256")
assert 210_000 <= header["iter"] <= 2_000_000
chunks = element('type="text/plain" class="letter-data"')
ciphertext = b"".join(base64.b64decode(chunk) for chunk in chunks)
assert len(ciphertext) == header["len"]
(tag,) = element('type="text/plain" id="letter-tag"')

secret = normalise(sys.argv[2]).encode()
keys = hashlib.pbkdf2_hmac("sha512", secret, base64.b64decode(header["salt"]), header["iter"], 64)
covered = len(header_text).to_bytes(4, "big") + header_text.encode() + ciphertext
if not hmac.compare_digest(hmac.new(keys[32:], covered, "sha256").digest(), base64.b64decode(tag)):
    print(json.dumps({"refused": True}))
    sys.exit()
iv = base64.b64decode(header["iv"]).hex()
command = ["openssl", "enc", "-d", "-aes-256-ctr", "-K", keys[:32].hex(), "-iv", iv]
payload = subprocess.run(command, input=ciphertext, capture_output=True, check=True).stdout
length = int.from_bytes(payload[:4], "big")
view = json.loads(payload[4 : 4 + length])
rest = payload[4 + length :]
print(json.dumps({"header": header, "view": view, "data": hashlib.sha256(rest).hexdigest()}))
