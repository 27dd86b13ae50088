# name: exit_while_loading
# tries: Leaves by sys.exit before it can be judged.
# class: exit
# expect: invalid:raised
# twin: nearest_apple
# needs-wall: false

raise SystemExit(0)
