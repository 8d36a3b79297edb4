-- Only lines of a known shape: what these programs say otherwise is listed as unmatched.
_number > 0
