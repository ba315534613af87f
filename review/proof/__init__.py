"""Whether one set of policies allows everything that another allows, proved over every request that AWS could get.

A request is an action of AWS's own list, a resource, who asks, and condition keys with their values. What it means for
a policy to allow it is what `semantics` says. All values of one thing that no policy can tell apart are one cell, and
there are finitely many. Which cells a counterexample would be in is a question of propositional logic for z3:

    access      what is compared
    comparing   the two questions, and what can be the answer; start here
    sides       actions part into a few parts, each a small question of its own
    questions   one part as propositional logic; what is exact and what is not
    keys        condition keys and their operators in it
    principals  who has to be looked at
    values      which values of a key have to be looked at: texts, numbers, dates, addresses
    cells       which texts have to be looked at, by walking through all patterns at once
    patterns    what a text of a policy stands for
    confirming  no counterexample is shown that the concrete evaluator does not confirm
    actions     what AWS says of actions, keys and resources

What is taken for granted of requests: a resource is an ARN of six parts, or * for an action that has none. A key has
one value unless AWS lists it as multivalued or a policy asks for all or any of its values. A key that AWS lists as true
or false, a number, a date or an address, and that is compared as such, has no other value. Otherwise keys have any
values, whatever those of other keys are. Service and resource control policies are not known.
"""
