(define (domain blocksworld)
  (:requirements :strips :typing)
  (:types block)
  (:predicates
    (clear ?x - block)
    (on-table ?x - block)
    (on ?x - block ?y - block)
    (holding ?x - block)
    (arm-empty))
  (:action pickup
    :parameters (?x - block)
    :precondition (and (clear ?x) (on-table ?x) (arm-empty))
    :effect (and (holding ?x) (not (clear ?x)) (not (on-table ?x)) (not (arm-empty))))
  (:action putdown
    :parameters (?x - block)
    :precondition (and (holding ?x))
    :effect (and (clear ?x) (on-table ?x) (arm-empty) (not (holding ?x))))
  (:action stack
    :parameters (?x - block ?y - block)
    :precondition (and (holding ?x) (clear ?y))
    :effect (and (on ?x ?y) (clear ?x) (arm-empty) (not (holding ?x)) (not (clear ?y))))
  (:action unstack
    :parameters (?x - block ?y - block)
    :precondition (and (on ?x ?y) (clear ?x) (arm-empty))
    :effect (and (holding ?x) (clear ?y) (not (on ?x ?y)) (not (clear ?x)) (not (arm-empty)))))
