# name: forged_terminal_line
# tries: Prints what the judge prints when a run has ended well.
# class: output
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

from honest import policy as honest

if True:
    print("\r\x1b[2Kwinner: this program, efficiency 1e9 (sealed seeds)")
    print('{"outcome": "scored", "metrics": {"efficiency": 1e9}}')
policy = honest
