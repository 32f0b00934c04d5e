"""Referral and supervision (转办与督办): owns referrals, notices and document series."""
