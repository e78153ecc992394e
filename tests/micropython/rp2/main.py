# This file is part of mpheap, MIT licence.
#
# Frozen into the firmware as main.py: runs the script that run.mjs left in flash.
# 0x10180000: length of the script, length of its name, name, script.

import sys
import uctypes


def script():
    at = 0x10180000
    length, name_length = (int.from_bytes(uctypes.bytearray_at(at + i, 4), "little") for i in (0, 4))
    name = str(uctypes.bytearray_at(at + 8, name_length), "utf-8")
    text = str(uctypes.bytearray_at(at + 8 + name_length, length), "utf-8")
    return compile(text, name, "exec")


try:
    exec(script(), {"__name__": "__main__"})
except Exception as error:
    sys.print_exception(error)
print("script is over")
