"""What receipts and logs are made of: canonical JSON, signed notes and Merkle trees.

Written apart from the service, from the standards alone, so that a fault in one shows in the other.
Nothing here reads a file or a network; what does not fit its form raises MalformedError.
"""
