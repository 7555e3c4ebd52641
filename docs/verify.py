#!/usr/bin/env python3
"""Verifies a Palisade store without Palisade: python3 verify.py OBJECTS KEY

OBJECTS is a folder of objects (DATA_DIR/objects, or a copy of a bucket), KEY the public key (the text, or a file with it).
Checked are: every checkpoint's signature, every entry against the tiles and each checkpoint's root, that publishings meet,
and length and SHA-256 of every data object that the log tells of and that was not disposed of. Records are not decoded:
the hash of their object says that they are what was signed. docs/format/evidence.md describes what is read here.

Exit codes: 0 all is as it was signed, 1 something was changed, 2 something is missing, 3 the command line is wrong.
Needs Python 3.8 and nothing else.
"""

import base64
import hashlib
import json
import os
import re
import sys

# Ed25519 as RFC 8032, section 6, has it; slow, and short enough to be read.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def add(a, b):
    s, t = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = t - s, d - c, d + c, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def decompress(data):
    y = int.from_bytes(data, "little")
    x = recover_x(y & (1 << 255) - 1, y >> 255)
    return None if x is None else (x, y & (1 << 255) - 1, 1, x * (y & (1 << 255) - 1) % P)


def is_signed(public, message, signature):
    point, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or point is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = multiply(s, BASE), add(r, multiply(h, point))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


# RFC 6962.
def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(peaks):
    """The root over the perfect subtrees of a tree, largest first."""
    if not peaks:
        return hashlib.sha256(b"").digest()
    root = peaks[-1][1]
    for _, left in reversed(peaks[:-1]):
        root = node_hash(left, root)
    return root


class Store:
    def __init__(self, folder, key):
        self.folder, self.worst = folder, 0
        name, _, encoded = key.split("+", 2)
        public = base64.b64decode(encoded)
        if public[0] != 1 or len(public) != 33:
            raise ValueError("only Ed25519 keys are known")
        self.origin, self.public = name, public[1:]
        self.key_id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]

    def tampered(self, name, problem):
        print(f"TAMPERED    {name}: {problem}")
        self.worst = 1

    def incomplete(self, name, problem):
        print(f"INCOMPLETE  {name}: {problem}")
        self.worst = self.worst or 2

    def read(self, name):
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                return file.read()
        except OSError:
            self.incomplete(name, "it cannot be read")
            return None

    def names(self, folder):
        try:
            return sorted(f"{folder}/{name}" for name in os.listdir(os.path.join(self.folder, folder)))
        except OSError:
            return []

    def checkpoint(self, name):
        """Size and root of a signed checkpoint."""
        note = self.read(name)
        if note is None:
            return None
        try:
            text, signatures = note.decode().rsplit("\n\n", 1)
            origin, size, root = text.split("\n")
            for line in signatures.splitlines():
                dash, signer, encoded = line.split(" ")
                signature = base64.b64decode(encoded, validate=True)
                if dash == "\u2014" and signer == self.origin and signature[:4] == self.key_id:
                    if origin == self.origin and is_signed(self.public, (text + "\n").encode(), signature[4:]):
                        return int(size), base64.b64decode(root, validate=True)
            self.tampered(name, "no signature of the key")
        except (ValueError, UnicodeDecodeError) as error:
            self.tampered(name, f"it is no checkpoint ({error})")
        return None

    def numbered(self, index, width):
        """A number in groups of three digits, and the width if it is partial."""
        groups = [f"{index % 1000:03}"]
        while index >= 1000:
            index //= 1000
            groups.insert(0, f"x{index % 1000:03}")
        return "/".join(groups) + (f".p/{width}" if width < 256 else "")

    def entries(self, size):
        """Every entry, after comparing its hash with the tile of level 0."""
        for index in range((size + 255) // 256):
            width = min(256, size - index * 256)
            where = self.numbered(index, width)
            bundle, tile = self.read(f"log/tile/entries/{where}"), self.read(f"log/tile/0/{where}")
            if bundle is None or tile is None:
                return
            position, hashes = 0, []
            for _ in range(width):
                length = int.from_bytes(bundle[position : position + 2], "big")
                entry = bundle[position + 2 : position + 2 + length]
                position += 2 + length
                hashes.append(leaf_hash(entry))
                yield entry
            if position != len(bundle) or b"".join(hashes) != tile:
                self.tampered(f"log/tile/0/{where}", f"it does not have the hashes of log/tile/entries/{where}")

    def splits(self, checkpoints):
        """The splits that must be there, from entries that give every checkpoint's root."""
        splits, disposed, ranges, peaks = {}, set(), {}, []
        newest = max(checkpoints)
        for number, entry in enumerate(self.entries(newest), 1):
            peaks.append((1, leaf_hash(entry)))
            while len(peaks) > 1 and peaks[-1][0] == peaks[-2][0]:
                (size, right), (_, left) = peaks.pop(), peaks.pop()
                peaks.append((2 * size, node_hash(left, right)))
            if number in checkpoints and root_of(peaks) != checkpoints[number]:
                self.tampered(f"log/checkpoints/{number:020}", "the entries give another root")
            try:
                entry = json.loads(entry)
            except ValueError:
                self.tampered("log", f"entry {number - 1} is not JSON")
                continue
            if entry["kind"] in ("split", "empty"):
                ranges.setdefault((entry["first"], entry["next"]), [entry.get("parts", 0), 0])
            if entry["kind"] == "split":
                ranges[entry["first"], entry["next"]][1] += 1
                splits[entry["split"]["id"]] = entry["split"]
            if entry["kind"] == "deed" and entry["deed"] == "disposal":
                disposed.add(entry["paper"].get("split"))
        expected = 0
        for (first, after), (parts, seen) in sorted(ranges.items()):
            if first != expected or parts != seen:
                self.tampered("log", f"batches {first} to {after} do not follow {expected}, or lack a part")
            expected = after
        return {id: split for id, split in splits.items() if id not in disposed}

    def verify(self):
        checkpoints = {}
        for name in self.names("log/checkpoints"):
            found = self.checkpoint(name)
            if found and f"log/checkpoints/{found[0]:020}" != name:
                self.tampered(name, "another checkpoint stands here")
            elif found:
                checkpoints[found[0]] = found[1]
        if not checkpoints:
            self.incomplete("log/checkpoints", "there is no checkpoint that the key vouches for")
            return self.worst
        pointed, newest = self.checkpoint("log/checkpoint"), max(checkpoints)
        if pointed and pointed[0] < newest:
            self.tampered("log/checkpoint", "it is not the newest")
        splits = self.splits(checkpoints)
        for id, split in sorted(splits.items()):
            name = f"splits/{id}.data"
            data = self.read(name)
            if data is not None and (
                len(data) != split["data"]["bytes"]
                or hashlib.sha256(data).digest() != base64.b64decode(split["data"]["sha256"])
            ):
                self.tampered(name, "it has another length or SHA-256 than was signed")
        for name in self.names("splits"):
            match = re.fullmatch(r"splits/(.*)\.(data|index)", name)
            if not match or match[1] not in splits:
                self.incomplete(name, "the log does not tell of it")
        print(f"{len(splits)} splits, {newest} entries, {len(checkpoints)} checkpoints")
        return self.worst


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 3
    key = sys.argv[2]
    if os.path.exists(key):
        with open(key) as file:
            key = file.read().strip()
    try:
        store = Store(sys.argv[1], key)
    except ValueError as error:
        print(f"this is no public key: {error}", file=sys.stderr)
        return 3
    return store.verify()


if __name__ == "__main__":
    sys.exit(main())
