"""The marketplace as a service: its use cases, its REST API and its catalog pages.

A request meets, in this order: `limits` (size, shape, headers), `authentication` (whose token),
`routes` (the wire's words, no rules), `marketplace` (roles and use cases), and the floors below.
Whatever goes wrong on the way becomes an answer in `problems`.
"""
