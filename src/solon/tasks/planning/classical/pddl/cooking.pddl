(define (domain cooking)
  (:requirements :strips :typing :negative-preconditions)
  (:types pot ingredient)
  (:predicates
    (arm-empty)
    (holding ?i - ingredient)
    (used ?i - ingredient)
    (in ?i - ingredient ?p - pot))
  (:action pick
    :parameters (?i - ingredient)
    :precondition (and (arm-empty) (not (used ?i)))
    :effect (and (holding ?i) (used ?i) (not (arm-empty))))
  (:action putdown
    :parameters (?i - ingredient)
    :precondition (and (holding ?i))
    :effect (and (arm-empty) (not (holding ?i))))
  (:action add
    :parameters (?i - ingredient ?p - pot)
    :precondition (and (holding ?i))
    :effect (and (in ?i ?p))))
