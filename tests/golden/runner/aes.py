"""AES block encryption (FIPS 197), counter mode and GCM (SP 800-38D), in plain Python.

Slow and not constant-time: for the few packets of a case, so that the tests need no package.
"""


def _multiply(a, b):
    """In GF(2^8) with the AES polynomial."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _make_sbox():
    inverse = [0] * 256
    for a in range(1, 256):
        if not inverse[a]:
            b = next(b for b in range(1, 256) if _multiply(a, b) == 1)
            inverse[a], inverse[b] = b, a
    box = []
    for value in inverse:
        out = 0x63
        for shift in range(5):
            out ^= ((value << shift) | (value >> (8 - shift))) & 0xFF
        box.append(out)
    return box


_SBOX = _make_sbox()
_TWICE = [_multiply(a, 2) for a in range(256)]
# ShiftRows: byte i of the state (column by column) comes from this place.
_SHIFTED = [(i + 4 * (i % 4)) % 16 for i in range(16)]


def _expand(key):
    words = [list(key[i : i + 4]) for i in range(0, len(key), 4)]
    length, constant = len(words), 1
    for i in range(length, 4 * (length + 7)):
        word = words[-1]
        if i % length == 0:
            word = [_SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= constant
            constant = _multiply(constant, 2)
        elif length > 6 and i % length == 4:
            word = [_SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(word, words[i - length])])
    return [sum(words[i : i + 4], []) for i in range(0, len(words), 4)]


class Aes:
    def __init__(self, key):
        self._round_keys = _expand(key)

    def block(self, data):
        state = [a ^ b for a, b in zip(data, self._round_keys[0])]
        for key in self._round_keys[1:-1]:
            state = [_SBOX[state[i]] for i in _SHIFTED]
            mixed = []
            for column in range(0, 16, 4):
                a = state[column : column + 4]
                whole = a[0] ^ a[1] ^ a[2] ^ a[3]
                mixed += [a[i] ^ whole ^ _TWICE[a[i] ^ a[(i + 1) % 4]] for i in range(4)]
            state = [a ^ b for a, b in zip(mixed, key)]
        state = [_SBOX[state[i]] for i in _SHIFTED]
        return bytes(a ^ b for a, b in zip(state, self._round_keys[-1]))

    def counter(self, start, data):
        """Encrypts or decrypts with the key stream of the 16-byte counter blocks from `start` on."""
        number, out = int.from_bytes(start, "big"), bytearray()
        for at in range(0, len(data), 16):
            stream = self.block((number & ((1 << 128) - 1)).to_bytes(16, "big"))
            out += bytes(a ^ b for a, b in zip(data[at : at + 16], stream))
            number += 1
        return bytes(out)


def _multiply_128(x, y):
    """In GF(2^128) with GCM's bit order."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = (y >> 1) ^ (0xE1 << 120 if y & 1 else 0)
    return product


def _padded(data):
    return data + bytes(-len(data) % 16)


def _gcm_tag(aes, first, ciphertext, additional):
    key = int.from_bytes(aes.block(bytes(16)), "big")
    lengths = (8 * len(additional)).to_bytes(8, "big") + (8 * len(ciphertext)).to_bytes(8, "big")
    covered, total = _padded(additional) + _padded(ciphertext) + lengths, 0
    for at in range(0, len(covered), 16):
        total = _multiply_128(total ^ int.from_bytes(covered[at : at + 16], "big"), key)
    return bytes(a ^ b for a, b in zip(total.to_bytes(16, "big"), aes.block(first)))


def gcm_encrypt(aes, iv, plaintext, additional):
    """iv of 12 bytes; -> ciphertext and tag"""
    first = iv + b"\0\0\0\1"
    ciphertext = aes.counter(iv + b"\0\0\0\2", plaintext)
    return ciphertext + _gcm_tag(aes, first, ciphertext, additional)


def gcm_decrypt(aes, iv, sealed, additional):
    """-> plaintext; ValueError when the tag is wrong"""
    ciphertext, tag = sealed[:-16], sealed[-16:]
    if _gcm_tag(aes, iv + b"\0\0\0\1", ciphertext, additional) != tag:
        raise ValueError("authentication failed")
    return aes.counter(iv + b"\0\0\0\2", ciphertext)
