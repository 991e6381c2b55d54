"""The customers' part of the API: the same places, use cases and checks as the pages, in JSON.

Each file is one topic, its serializers above its views. A view stands at a customer's number, or at the number of the thing
itself; what is not within reach is not found. Our own people may read here what their level allows.
"""
