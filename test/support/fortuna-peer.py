# Fortuna read a second time from the book, with hashlib and a Twofish of its own written as the
# specification has it, slowly. Reads commands as JSON lines, writes hexadecimal lines.
#   {"seed": hex} | {"add": [source, pool, hex]} | {"bytes": n, "ms": milliseconds}
import hashlib, json, struct, sys

T = [["817d6f320b59eca4", "ecb81235f4a6709d", "ba5e6d90c8f32471", "d7f4126e9b3085ca"],
     ["28bdf76e31940ac5", "1e2b4c376da5f908", "4c75169a0ed82b3f", "b951c3de647f208a"]]


def q(kind, x):
    t = [[int(c, 16) for c in row] for row in T[kind]]
    a, b = x // 16, x % 16
    for first, second in ((t[0], t[1]), (t[2], t[3])):
        a, b = a ^ b, a ^ ((b >> 1) | (b << 3) & 15) ^ (8 * a) % 16
        a, b = first[a], second[b]
    return 16 * b + a


def times(a, b, p):
    r = 0
    while b:
        if b & 1:
            r ^= a
        a <<= 1
        if a & 256:
            a ^= p
        b >>= 1
    return r


QT = [[q(kind, x) for x in range(256)] for kind in (0, 1)]
MDS = [[1, 0xEF, 0x5B, 0x5B], [0x5B, 0xEF, 0xEF, 1], [0xEF, 0x5B, 1, 0xEF], [0xEF, 1, 0xEF, 0x5B]]
RS = [[1, 0xA4, 0x55, 0x87, 0x5A, 0x58, 0xDB, 0x9E], [0xA4, 0x56, 0x82, 0xF3, 0x1E, 0xC6, 0x68, 0xE5],
      [2, 0xA1, 0xFC, 0xC1, 0x47, 0xAE, 0x3D, 0x19], [0xA4, 0x55, 0x87, 0x5A, 0x58, 0xDB, 0x9E, 3]]
MASK = 0xFFFFFFFF


def rol(x, n):
    return (x << n | x >> (32 - n)) & MASK


def h(x, words):
    y = list(x.to_bytes(4, "little"))
    l = [w.to_bytes(4, "little") for w in words]
    y = [QT[1][y[0]] ^ l[3][0], QT[0][y[1]] ^ l[3][1], QT[0][y[2]] ^ l[3][2], QT[1][y[3]] ^ l[3][3]]
    y = [QT[1][y[0]] ^ l[2][0], QT[1][y[1]] ^ l[2][1], QT[0][y[2]] ^ l[2][2], QT[0][y[3]] ^ l[2][3]]
    y = [QT[0][y[0]] ^ l[1][0], QT[1][y[1]] ^ l[1][1], QT[0][y[2]] ^ l[1][2], QT[1][y[3]] ^ l[1][3]]
    y = [QT[0][y[0]] ^ l[0][0], QT[0][y[1]] ^ l[0][1], QT[1][y[2]] ^ l[0][2], QT[1][y[3]] ^ l[0][3]]
    y = [QT[1][y[0]], QT[0][y[1]], QT[1][y[2]], QT[0][y[3]]]
    out = 0
    for row in range(4):
        z = 0
        for column in range(4):
            z ^= times(y[column], MDS[row][column], 0x169)
        out |= z << 8 * row
    return out


def twofish(key, block):
    m = struct.unpack("<8I", key)
    s = []
    for i in range(4):
        word = 0
        for row in range(4):
            z = 0
            for j in range(8):
                z ^= times(key[8 * i + j], RS[row][j], 0x14D)
            word |= z << 8 * row
        s.insert(0, word)
    k = []
    for i in range(20):
        a = h(2 * i * 0x01010101, m[0::2])
        b = rol(h((2 * i + 1) * 0x01010101, m[1::2]), 8)
        k += [(a + b) & MASK, rol((a + 2 * b) & MASK, 9)]
    r = [w ^ k[i] for i, w in enumerate(struct.unpack("<4I", block))]
    for n in range(16):
        t0, t1 = h(r[0], s), h(rol(r[1], 8), s)
        f0, f1 = (t0 + t1 + k[2 * n + 8]) & MASK, (t0 + 2 * t1 + k[2 * n + 9]) & MASK
        r = [rol(r[2] ^ f0, 31), rol(r[3], 1) ^ f1, r[0], r[1]]
    return struct.pack("<4I", *(r[(i + 2) % 4] ^ k[i + 4] for i in range(4)))


def sha_d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


key, counter = bytes(32), 0
pools = [b""] * 32
count, last = 0, None


def reseed(seed):
    global key, counter
    key = sha_d(key + seed)
    counter += 1


def blocks(n):
    global counter
    out = b""
    for _ in range(n):
        out += twofish(key, counter.to_bytes(16, "little"))
        counter += 1
    return out


for line in sys.stdin:
    command = json.loads(line)
    if "seed" in command:
        reseed(bytes.fromhex(command["seed"]))
    elif "add" in command:
        source, pool, event = command["add"]
        event = bytes.fromhex(event)
        pools[pool] += bytes([source, len(event)]) + event
    else:
        if len(pools[0]) >= 64 and (last is None or command["ms"] - last >= 100):
            count, last = count + 1, command["ms"]
            seed = b""
            for i in range(32):
                if count % 2 ** i == 0:
                    seed += sha_d(pools[i])
                    pools[i] = b""
            reseed(seed)
        n = command["bytes"]
        out = blocks(-(-n // 16))[:n]
        key = blocks(2)
        print(out.hex())
