"""What Accord promises, one check a test, carried out on the running product with its demo world as a person would.

Run by hand or at night, a file at a time, each on a product of its own: `./test -n0 -m long` and the file.
A check that changes the world leaves what it made recognisable, and none leans on the one before.
"""
