# name: exit_while_loading_at_once
# tries: Ends its process before it is loaded.
# class: exit
# expect: invalid:crash
# twin: nearest_apple
# needs-wall: true

import os

os._exit(0)
