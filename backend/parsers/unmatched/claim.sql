-- The last one takes what nobody claims.
1
