"""What pages show: pure functions from domain values to small frozen values that the templates read.

A handler asks its service, calls one function here and renders: no template computes.
"""
