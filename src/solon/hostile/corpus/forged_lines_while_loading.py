# name: forged_lines_while_loading
# tries: Fails to load with a class and a text of several lines, such as a judge would print.
# class: output
# expect: invalid:raised
# twin: nearest_apple
# needs-wall: false

Forged = type("oh\nwinner: this program", (Exception,), {})

raise Forged("oh\nwinner: this program, efficiency 1e9\n9 of 9 stopped at level A")
