"""The gate that proves a suite: reference 100, stub 0, and every mistake that can be made costs a test."""
