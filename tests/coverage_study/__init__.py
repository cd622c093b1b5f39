"""How often do cohorts of the calibration engine cover the truth? Public patients tell.

``make coverage`` runs it; the protocol is ``data/coverage/README.md``.
"""
