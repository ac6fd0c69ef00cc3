#!/usr/bin/env python3
"""Writes src/Microsoft.ML.Avsr/Text/Resources/unicode-decompositions.txt from Python's Unicode database.

One line per character: code, kind, then code points (a decomposition, one level) or a number.
  =  canonical decomposition that form C puts together again
  >  canonical decomposition that stays apart
  ~  compatibility decomposition
  #  canonical combining class other than 0
Hangul syllables follow from arithmetic and are left out.
"""
import pathlib
import sys
import unicodedata

lines = [f"# Unicode {unicodedata.unidata_version}"]
for code in range(sys.maxunicode + 1):
    if 0xAC00 <= code < 0xD7A4 or 0xD800 <= code < 0xE000:
        continue
    character = chr(code)
    mapping = unicodedata.decomposition(character).split()
    if mapping:
        kind = "~" if mapping[0].startswith("<") else "="
        points = mapping[1:] if kind == "~" else mapping
        if kind == "=" and unicodedata.normalize("NFC", "".join(chr(int(p, 16)) for p in points)) != character:
            kind = ">"
        lines.append(f"{code:X} {kind} {' '.join(points)}")
    if unicodedata.combining(character):
        lines.append(f"{code:X} # {unicodedata.combining(character)}")

target = pathlib.Path(__file__).resolve().parents[2] / "src/Microsoft.ML.Avsr/Text/Resources/unicode-decompositions.txt"
target.write_text("\n".join(lines) + "\n", encoding="ascii")
