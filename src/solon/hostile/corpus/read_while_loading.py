# name: read_while_loading
# tries: Reads the judge's file while it is loaded, before the first step, when a jail might still be open.
# class: files
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

from kit import attempt
from target import SECRET_FILE

attempt(lambda: open(SECRET_FILE).read())

from honest import policy
