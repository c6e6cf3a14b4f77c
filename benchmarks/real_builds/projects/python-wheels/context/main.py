"""Calls a function of the C library."""

import cffi

ffi = cffi.FFI()
ffi.cdef("int toupper(int letter);")
library = ffi.dlopen(None)
print("".join(chr(library.toupper(ord(letter))) for letter in "compiled, and found"))
