(define (domain balls)
  (:requirements :strips :typing)
  (:types ball room)
  (:predicates
    (robot-at ?x - room)
    (at ?b - ball ?x - room)
    (holding ?b - ball)
    (arm-empty))
  (:action move
    :parameters (?from - room ?to - room)
    :precondition (and (robot-at ?from))
    :effect (and (robot-at ?to) (not (robot-at ?from))))
  (:action pick
    :parameters (?b - ball ?x - room)
    :precondition (and (at ?b ?x) (robot-at ?x) (arm-empty))
    :effect (and (holding ?b) (not (at ?b ?x)) (not (arm-empty))))
  (:action drop
    :parameters (?b - ball ?x - room)
    :precondition (and (holding ?b) (robot-at ?x))
    :effect (and (at ?b ?x) (arm-empty) (not (holding ?b)))))
