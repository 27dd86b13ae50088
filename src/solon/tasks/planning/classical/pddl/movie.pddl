(define (domain movie)
  (:requirements :strips :typing)
  (:types chips dip pop cheese crackers)
  (:predicates
    (rewound)
    (at-two-hours)
    (not-at-two-hours)
    (at-zero)
    (have-chips)
    (have-dip)
    (have-pop)
    (have-cheese)
    (have-crackers))
  (:action rewind-from-two-hours
    :parameters ()
    :precondition (and (at-two-hours))
    :effect (and (rewound)))
  (:action rewind-from-elsewhere
    :parameters ()
    :precondition (and (not-at-two-hours))
    :effect (and (rewound) (not (at-zero))))
  (:action reset-counter
    :parameters ()
    :precondition (and)
    :effect (and (at-zero)))
  (:action get-chips
    :parameters (?x - chips)
    :precondition (and)
    :effect (and (have-chips)))
  (:action get-dip
    :parameters (?x - dip)
    :precondition (and)
    :effect (and (have-dip)))
  (:action get-pop
    :parameters (?x - pop)
    :precondition (and)
    :effect (and (have-pop)))
  (:action get-cheese
    :parameters (?x - cheese)
    :precondition (and)
    :effect (and (have-cheese)))
  (:action get-crackers
    :parameters (?x - crackers)
    :precondition (and)
    :effect (and (have-crackers))))
