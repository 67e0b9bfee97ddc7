"""Receives packets and sends answers over UDP and TCP; knows the clients."""
