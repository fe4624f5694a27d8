#!/usr/bin/env python3
"""A plugin of age for tests. Its "encryption" is a file key XORed with the data of its recipient.

The last byte of that data says how it behaves:
1 asks whether to go on, 2 asks for the PIN "1234", 3 complains, 4 is silent, 5 talks nonsense,
6 ends early, 7 talks without end, 8 asks what nobody knows.
"""

import base64
import sys

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def data_of(text):
    """The 17 bytes of a Bech32 text; its checksum is not looked at."""
    digits = [ALPHABET.index(c) for c in text.lower().rsplit("1", 1)[1][:-6]]
    bits = "".join(f"{digit:05b}" for digit in digits)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, 17 * 8, 8))


def encoded(data):
    return base64.b64encode(data).decode().rstrip("=")


def decoded(text):
    return base64.b64decode(text + "=" * (-len(text) % 4))


def send(*words, body=b""):
    text = encoded(body)
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    if not lines or len(lines[-1]) == 64:
        lines.append("")
    print("-> " + " ".join(words), *lines, sep="\n", flush=True)


def receive():
    words = sys.stdin.readline().split()
    if not words:
        sys.exit(1)
    body = ""
    while True:
        line = sys.stdin.readline().rstrip("\n")
        body += line
        if len(line) < 64:
            return words[1:], decoded(body)


def ask(*words, body=b""):
    send(*words, body=body)
    return receive()


def behave(behaviour):
    """Whether to go on."""
    if behaviour == 1:
        ask("msg", body=b"one\x1b[0m moment")
        (answer, *choice), _ = ask("confirm", encoded(b"go on"), encoded(b"stop"), body=b"go on?")
        return answer == "ok" and choice == ["yes"]
    if behaviour == 2:
        (answer, *_), pin = ask("request-secret", body=b"PIN?")
        return answer == "ok" and pin == b"1234"
    if behaviour == 3:
        return False
    if behaviour == 4:
        sys.stdin.read()
    if behaviour == 5:
        print("nonsense", flush=True)
        sys.stdin.read()
    if behaviour == 6:
        sys.exit(0)
    if behaviour == 7:
        while True:
            send("msg", body=b"and")
    if behaviour == 8:
        (answer, *_), _ = ask("what-nobody-knows")
        return answer == "unsupported"
    return True


def commands():
    while True:
        words, body = receive()
        if words[0] == "done":
            return
        yield words, body


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def recipient():
    recipients, file_key = [], None
    for (command, *arguments), body in commands():
        if command == "add-recipient":
            recipients.append(data_of(arguments[0]))
        if command == "wrap-file-key":
            file_key = body
    for index, data in enumerate(recipients):
        if behave(data[16]):
            ask("recipient-stanza", "0", "test", encoded(data), body=xor(file_key, data))
        else:
            ask("error", "recipient", str(index), body=b"it will\nnot do it")
    send("done")


def identity():
    identities, stanzas = [], []
    for (command, *arguments), body in commands():
        if command == "add-identity":
            identities.append(data_of(arguments[0]))
        if command == "recipient-stanza":
            stanzas.append((arguments[1:], body))
    for words, body in stanzas:
        for index, data in enumerate(identities):
            if words != ["test", encoded(data)]:
                continue
            if behave(data[16]):
                ask("file-key", "0", body=xor(body, data))
                break
            ask("error", "identity", str(index), body=b"it will\nnot do it")
    send("done")


if sys.argv[1] == "--age-plugin=recipient-v1":
    recipient()
else:
    identity()
