"""Words, strings and literals that the generators draw from."""

import json

ATTRIBUTES = ["a", "b", "c", "name", "owner", "if", "in", "x y", "é", "e\u0301", "__cedar", "principal", "type", "", "id", "42"]
TAGS = ["a", "b", "role", "", "é", "e\u0301", "x*y"]
IDS = ["a", "b", "alice", "", "é", "e\u0301", 'q"uote', "back\\slash", "new\nline", "*", "\U0001F600", "?principal"]
STRINGS = IDS + ["abc", "a*c", "aXc", "ab", "abab", "  ", "\t", "\0", "1.0", "10.0.0.1", "tag", "Tag", "ß", "ss", "\u200d"]
LONGS = [0, 1, -1, 2, 3, 7, 10, 42, -42, 100, 2**31, 2**62, -(2**62), 2**63 - 1, -(2**63), 3037000500, 86400000]
DECIMALS = ["0.0", "1.0", "-1.0", "1.5", "12.34", "1.2345", "-0.0001", "922337203685477.5807", "-922337203685477.5808", "0.10", "00.1"]
BAD_DECIMALS = ["1", "1.", ".1", "1.23456", "922337203685477.5808", "+1.0", "1.0 ", "", "a", "1e1", "--1.0", "١.0"]
IPS = ["10.0.0.1", "10.0.0.0/8", "10.0.0.1/32", "192.168.0.1/16", "127.0.0.1", "224.0.0.1", "0.0.0.0/0", "255.255.255.255", "::1",
       "::", "::/0", "ff00::1", "2001:db8::1/64", "fe80::1", "1:2:3:4:5:6:7:8", "::ffff:102:304", "127.0.0.1/8", "240.0.0.0/4"]
BAD_IPS = ["10.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/08", "::1/129", "1::2::3", ":::", "g::", "::1%eth0",
           "::ffff:1.2.3.4", "", " 10.0.0.1", "1.2.3.4.5", "12345::", "10.0.0.1/-1", "0x1.0.0.1", "1:2:3:4:5:6:7:8:9"]
DATETIMES = ["2024-01-01", "1970-01-01", "1969-12-31", "2024-02-29", "2024-10-15T11:35:00Z", "2024-10-15T11:35:00.123Z",
             "2024-10-15T11:35:00+0100", "2024-10-15T11:35:00.999-1130", "0000-01-01", "9999-12-31T23:59:59.999Z", "1900-06-15T00:00:00Z",
             "1969-12-31T23:59:59.999Z", "2000-02-29T12:00:00Z", "9999-12-31T23:59:59.999-2359", "0000-01-01T00:00:00.000+2359"]
BAD_DATETIMES = ["2024-1-1", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-01-32", "2024-01-01T", "2024-01-01T00:00:00",
                 "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.12Z", "2024-01-01 00:00:00Z",
                 "2024-01-01T00:00:00+01:00", "2024-01-01T00:00:00+2400", "2024-01-01T00:00:00+0060", "", "24-01-01", "-2024-01-01",
                 "2024-01-01Z", "2024-01-01T00:00:00.1234Z", "2024-01-01t00:00:00z", "+2024-01-01"]
DURATIONS = ["0ms", "1ms", "1s", "1m", "1h", "1d", "1d2h3m4s5ms", "-1d", "-1h30m", "1h30m", "9223372036854775807ms",
             "-9223372036854775808ms", "106751991167d", "90s", "24h", "00001s"]
BAD_DURATIONS = ["", "-", "1", "s", "1h1d", "1ms1s", "1h1h", "+1h", "1.5h", " 1h", "1h ", "9223372036854775808ms", "106751991168d",
                 "1y", "1H", "--1h", "1d-1h", "1m1ms1s"]
EXTENSIONS = {
    "decimal": ("decimal", DECIMALS, BAD_DECIMALS),
    "ipaddr": ("ip", IPS, BAD_IPS),
    "datetime": ("datetime", DATETIMES, BAD_DATETIMES),
    "duration": ("duration", DURATIONS, BAD_DURATIONS),
}
RESERVED = {"true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"}


def is_identifier(text):
    return bool(text) and text.isascii() and (text[0].isalpha() or text[0] == "_") and all(c.isalnum() or c == "_" for c in text)


def quote(text, rng=None):
    """A string literal of the policy language, escaped in one of the ways there are."""
    out = []
    for char in text:
        if char in '"\\':
            out.append("\\" + char)
        elif char == "\r":
            out.append("\\r")
        elif rng and rng.random() < 0.03:
            out.append(rng.choice(["\\u{%x}", "\\u{%06X}"] + ["\\x%02x"] * (ord(char) < 128)) % ord(char))
        elif char == "'" and rng:
            out.append("\\'")
        elif ord(char) < 32 or ord(char) == 127:
            out.append({"\n": "\\n", "\t": "\\t", "\0": "\\0"}.get(char, "\\u{%x}" % ord(char)))
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def pattern(rng):
    """The right side of `like`."""
    pieces = [rng.choice(["*", "**", "a", "b", "ab", "c", "\\*", "\\x2a", "\\u{2A}", "\\'", "é", "X", "\\\\", "abc", "\\u{41}"]) for _ in range(rng.randint(0, 5))]
    return '"' + "".join(pieces) + '"'


def dumps(value):
    return json.dumps(value, ensure_ascii=False)


LETTERS = {"decimal": "0123456789.-+e_", "ip": "0123456789abcdefAF:./%xg ", "datetime": "0123456789-:.TZ+tz ", "duration": "0123456789dhms-+. "}


def damaged(rng, function, text):
    """A text for a function of an extension type with one to three characters exchanged, added or left out."""
    characters = list(text)
    for _ in range(rng.choice([1, 1, 2, 3])):
        place, roll = rng.randint(0, len(characters)), rng.random()
        letter = rng.choice(LETTERS[function] if rng.random() < 0.97 else "\u0663é\0")
        if roll < 0.35 and place < len(characters):
            characters[place] = letter
        elif roll < 0.65 or not characters:
            characters.insert(place, letter)
        else:
            del characters[min(place, len(characters) - 1)]
    return "".join(characters)
