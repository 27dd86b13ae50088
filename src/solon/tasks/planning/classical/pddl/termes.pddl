(define (domain termes)
  (:requirements :strips :typing :negative-preconditions)
  (:types numb position)
  (:predicates
    (height ?p - position ?h - numb)
    (at ?p - position)
    (has-block)
    (succ ?n1 - numb ?n2 - numb)
    (neighbor ?p1 - position ?p2 - position)
    (is-depot ?p - position))
  (:action move
    :parameters (?from - position ?to - position ?h - numb)
    :precondition (and (at ?from) (neighbor ?from ?to) (height ?from ?h) (height ?to ?h))
    :effect (and (at ?to) (not (at ?from))))
  (:action move-up
    :parameters (?from - position ?hfrom - numb ?to - position ?hto - numb)
    :precondition (and (at ?from) (neighbor ?from ?to) (height ?from ?hfrom) (height ?to ?hto) (succ ?hto ?hfrom))
    :effect (and (at ?to) (not (at ?from))))
  (:action move-down
    :parameters (?from - position ?hfrom - numb ?to - position ?hto - numb)
    :precondition (and (at ?from) (neighbor ?from ?to) (height ?from ?hfrom) (height ?to ?hto) (succ ?hfrom ?hto))
    :effect (and (at ?to) (not (at ?from))))
  (:action place-block
    :parameters (?here - position ?there - position ?before - numb ?after - numb)
    :precondition (and (at ?here) (neighbor ?here ?there) (height ?here ?before) (height ?there ?before)
      (succ ?after ?before) (has-block) (not (is-depot ?there)))
    :effect (and (height ?there ?after) (not (height ?there ?before)) (not (has-block))))
  (:action remove-block
    :parameters (?here - position ?there - position ?before - numb ?after - numb)
    :precondition (and (at ?here) (neighbor ?here ?there) (height ?here ?after) (height ?there ?before)
      (succ ?before ?after) (not (has-block)))
    :effect (and (height ?there ?after) (not (height ?there ?before)) (has-block)))
  (:action create-block
    :parameters (?p - position)
    :precondition (and (at ?p) (is-depot ?p) (not (has-block)))
    :effect (and (has-block)))
  (:action destroy-block
    :parameters (?p - position)
    :precondition (and (at ?p) (is-depot ?p) (has-block))
    :effect (and (not (has-block)))))
